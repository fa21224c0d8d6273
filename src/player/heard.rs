//! Which parts of a track were heard.

/// The frames of a track that were played at least once.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Sorted, apart from each other, none empty.
    spans: Vec<(u64, u64)>,
}

impl Heard {
    /// Notes that the frames from `from` up to but not including `to` were played.
    pub fn add(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        let first = self.spans.partition_point(|&(_, end)| end < from);
        let behind = self.spans.partition_point(|&(start, _)| start <= to);
        let (mut start, mut end) = (from, to);
        if let Some(touched) = self
            .spans
            .get(first..behind)
            .filter(|spans| !spans.is_empty())
        {
            start = start.min(touched[0].0);
            end = end.max(touched[touched.len() - 1].1);
        }
        self.spans.splice(first..behind, [(start, end)]);
    }

    /// How many different frames were played.
    pub fn frames(&self) -> u64 {
        self.spans.iter().map(|(start, end)| end - start).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_every_frame_once(spans in prop::collection::vec((0_u64..200, 0_u64..40), 0..30)) {
            let mut heard = Heard::default();
            let mut plain = [false; 300];
            for (from, length) in spans {
                heard.add(from, from + length);
                plain[from as usize..(from + length) as usize].fill(true);
                let count = plain.iter().filter(|&&is_heard| is_heard).count() as u64;
                prop_assert_eq!(heard.frames(), count);
            }
        }
    }
}
