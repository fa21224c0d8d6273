//! What a background activity has done so far, for the rail and for Settings.

/// The background activities a person can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Activity {
    /// Walking folders, reading metadata, hashing.
    Scan,
    /// Running the models.
    Analyse,
    /// Making thumbnails ahead of need.
    Thumbnails,
    /// Adding dropped files, reading an export.
    Import,
    /// Writing an export.
    Export,
    /// Learning a tag from examples.
    Teach,
}

/// A snapshot of one activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Which activity.
    pub activity: Activity,
    /// Items finished, including the failed ones.
    pub done: u64,
    /// Items in all, once known. May grow.
    pub total: Option<u64>,
    /// What it is at: a file or folder name, ready to show.
    pub current: String,
    /// When it started: milliseconds since the Unix epoch.
    pub started_ms: i64,
    /// Items that failed, each recorded with its reason.
    pub failed: u64,
}

impl Progress {
    /// The state at the start of an activity.
    pub fn start(activity: Activity, total: Option<u64>, now_ms: i64) -> Self {
        Self {
            activity,
            done: 0,
            total,
            current: String::new(),
            started_ms: now_ms,
            failed: 0,
        }
    }

    /// Between 0 and 1, when the total is known.
    pub fn share(&self) -> Option<f32> {
        let total = self.total?;
        if total == 0 {
            return Some(1.0);
        }
        Some((self.done as f32 / total as f32).clamp(0.0, 1.0))
    }

    /// The time left at the average speed so far; `None` before five items or without a total.
    pub fn remaining_ms(&self, now_ms: i64) -> Option<u64> {
        let left = self.total?.saturating_sub(self.done);
        if self.done < 5 {
            return None;
        }
        let elapsed_ms = u64::try_from(now_ms.saturating_sub(self.started_ms)).unwrap_or(0);
        let remaining = u128::from(elapsed_ms) * u128::from(left) / u128::from(self.done);
        u64::try_from(remaining).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_follows_the_average_speed() {
        let mut progress = Progress::start(Activity::Analyse, Some(100), 1_000);
        assert_eq!(progress.share(), Some(0.0));
        assert_eq!(progress.remaining_ms(2_000), None);
        progress.done = 25;
        assert_eq!(progress.share(), Some(0.25));
        assert_eq!(progress.remaining_ms(11_000), Some(30_000));
        progress.done = 200;
        assert_eq!(progress.share(), Some(1.0));
        assert_eq!(progress.remaining_ms(11_000), Some(0));
        progress.total = None;
        assert_eq!(progress.share(), None);
        assert_eq!(progress.remaining_ms(11_000), None);
    }
}
