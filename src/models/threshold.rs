//! Where a tag begins to be shown, moved by what a person confirmed and rejected.

/// What one wrongly shown item costs against one that is missed: a wrong tag annoys more.
const COST_WRONG: f32 = 2.0;
/// What it costs to move away from where the model put it, a unit of score: one check alone moves it little.
const COST_OF_MOVING: f32 = 4.0;
/// How far beyond a rejected score the threshold goes.
const MARGIN: f32 = 0.01;

/// The score from which a tag is to be shown, from checks (score, whether the model was right) and the model's own
/// threshold. Without checks it is the model's own.
pub fn learnt(own: f32, checks: &[(f32, bool)]) -> f32 {
    let own = own.clamp(0.05, 0.99);
    let cost = |at: f32| {
        let wrong: f32 = checks
            .iter()
            .map(|&(score, was_right)| match (score >= at, was_right) {
                (true, false) => COST_WRONG,
                (false, true) => 1.0,
                _ => 0.0,
            })
            .sum();
        wrong + COST_OF_MOVING * (at - own).abs()
    };
    let candidates = checks.iter().filter_map(|&(score, was_right)| {
        let at = if was_right { score } else { score + MARGIN };
        (at.is_finite() && (0.05..=0.99).contains(&at)).then_some(at)
    });
    let mut best = (cost(own), own);
    for at in candidates {
        let price = cost(at);
        if price < best.0 - 1e-6 {
            best = (price, at);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_checks_the_model_decides() {
        assert_eq!(learnt(0.7, &[]), 0.7);
        assert_eq!(learnt(0.7, &[(0.9, true), (0.3, false)]), 0.7);
    }

    #[test]
    fn a_rejection_raises_it_and_confirmations_below_lower_it() {
        let raised = learnt(0.6, &[(0.8, false)]);
        assert!((raised - 0.81).abs() < 1e-5, "{raised}");
        let lowered = learnt(0.6, &[(0.45, true), (0.5, true), (0.55, true)]);
        assert!((0.44..0.56).contains(&lowered), "{lowered}");
    }

    #[test]
    fn what_was_right_holds_it_back() {
        let checks = [
            (0.8, false),
            (0.65, true),
            (0.7, true),
            (0.75, true),
            (0.78, true),
        ];
        assert_eq!(learnt(0.6, &checks), 0.6);
    }

    #[test]
    fn odd_scores_do_no_harm() {
        let at = learnt(2.0, &[(f32::NAN, false), (1.0, false), (-3.0, true)]);
        assert!((0.05..=0.99).contains(&at));
    }
}
