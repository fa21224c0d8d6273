//! Small tables with a known right answer.

use super::*;

fn read(text: &str) -> Table {
    Reader::default().read(text.as_bytes()).unwrap()
}

/// Ratings that come from one hidden factor and biases, with a little noise.
fn hidden(users: usize, items: usize, share: f32, noise: f32) -> Vec<Interaction> {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut draw = |count| factors::normals(&mut rng, count, 1.0);
    let (p, q, bu, bi) = (draw(users), draw(items), draw(users), draw(items));
    let mut rows = Vec::new();
    for user in 0..users {
        for item in 0..items {
            if rng.f32() < share {
                let value = 3.0 + p[user] * q[item] + 0.3 * (bu[user] + bi[item]);
                rows.push(Interaction {
                    user: user as u32,
                    item: item as u32,
                    value: value + noise * factors::normal(&mut rng),
                    time: i64::from(rng.u32(0..1000)),
                });
            }
        }
    }
    rows
}

/// Two groups of people who each meet only their half of the items.
fn groups() -> (usize, usize, Vec<Interaction>) {
    let mut rng = fastrand::Rng::with_seed(9);
    let mut rows = Vec::new();
    for user in 0..60u32 {
        for item in 0..40u32 {
            if (user < 30) == (item < 20) && rng.f32() < 0.5 {
                rows.push(Interaction {
                    user,
                    item,
                    value: 1.0,
                    time: i64::from(rng.u32(0..1000)),
                });
            }
        }
    }
    (60, 40, rows)
}

#[test]
fn all_forms_of_tables_are_read() {
    let forms = [
        "1\t10\t4\t881250949\n2\t10\t3.5\t881250950\n",
        "1::10::4::881250949\n2::10::3.5::881250950\n",
        "userId,movieId,rating,timestamp\r\n1,10,4.0,881250949\r\n2,10,3.5,881250950\r\n",
        "\u{feff}\"user\",\"item\",\"rating\",\"time\"\n\"1\",\"10\",\"4\",\"881250949\"\n\"2\",\"10\",\"3.5\",\"881250950\"",
        "# a comment\n1 10 4 881250949\n\n2  10  3.5  881250950\n",
    ];
    let first = read(forms[0]);
    assert_eq!((first.users.len(), first.items.len()), (2, 1));
    assert_eq!(
        (first.rows[1].value, first.rows[1].time),
        (3.5, 881_250_950)
    );
    for form in forms {
        assert_eq!(read(form), first, "{form}");
    }
    let untimed = read("a x 1\nb x 2\n");
    assert_eq!(untimed.rows[0].time, 0);
}

#[test]
fn malformed_rows_are_counted_and_named_by_line() {
    let long = "9".repeat(10_000);
    let text = format!("1 1 4 5\n1 2\nx y z w\n1 3 nan 5\n{long}\n1 4 2 5\n1 5 inf\n1 6 2 soon\n");
    let table = read(&text);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.bad_count, 6);
    let lines: Vec<usize> = table.bad.iter().map(|bad| bad.line).collect();
    assert_eq!(lines, [2, 3, 4, 5, 7, 8]);
    assert_eq!(table.bad[3].why, "the line is too long");
    for text in ["", "\n\n", "user item\n", "\0\0\0"] {
        assert!(read(text).rows.is_empty());
    }
}

#[test]
fn of_two_rows_about_the_same_pair_the_later_counts() {
    let table = read("a x 1 20\nb x 2 5\na x 5 10\nb x 3 5\n");
    let values: Vec<f32> = table.rows.iter().map(|row| row.value).collect();
    assert_eq!(values, [1.0, 3.0]);
}

#[test]
fn splits_are_whole_and_the_same_for_a_seed() {
    let rows = hidden(30, 20, 0.4, 0.0);
    for kind in [Split::FiveFold, Split::Quarter, Split::LeaveLast] {
        let folds = split(&rows, kind, 3);
        assert_eq!(folds, split(&rows, kind, 3));
        for (train, test) in &folds {
            assert_eq!(train.len() + test.len(), rows.len());
            assert!(!test.is_empty());
        }
    }
    let tested: usize = split(&rows, Split::FiveFold, 3)
        .iter()
        .map(|f| f.1.len())
        .sum();
    assert_eq!(tested, rows.len());
    assert_ne!(
        split(&rows, Split::FiveFold, 3),
        split(&rows, Split::FiveFold, 4)
    );
    let (train, last) = split(&rows, Split::LeaveLast, 0).remove(0);
    for row in &last {
        let later = train
            .iter()
            .filter(|other| other.user == row.user && other.time > row.time);
        assert_eq!(later.count(), 0);
    }
}

#[test]
fn a_hidden_factor_is_found_by_those_who_look_for_it() {
    let (users, items) = (120, 80);
    let rows = hidden(users, items, 0.5, 0.1);
    let folds = split(&rows, Split::Quarter, 1);
    let trial = Trial {
        users,
        items,
        folds,
        seed: 1,
    };
    let score = |rater: &mut dyn Rater| trial.rate(rater).rmse;
    let mean = score(&mut Means::of(MeansOf::All));
    let baseline = score(&mut Baseline::default());
    let svd = score(&mut Svd::plain(1));
    let bayes = score(&mut BayesianFactors::new(3, 20, 40, 1));
    assert!(baseline < mean, "{baseline} {mean}");
    assert!(svd < 0.7 * baseline, "{svd} {baseline}");
    // The noise is 0.1: nobody can do better.
    assert!((0.09..0.2).contains(&bayes), "{bayes}");
    for mut rater in trial.raters() {
        let score = trial.rate(&mut *rater);
        assert!(
            score.rmse.is_finite() && score.rmse <= mean * 1.1,
            "{}",
            rater.name()
        );
    }
}

#[test]
fn a_blend_is_no_worse_than_its_parts() {
    let rows = hidden(100, 60, 0.5, 0.5);
    let trial = Trial {
        users: 100,
        items: 60,
        folds: split(&rows, Split::FiveFold, 2),
        seed: 2,
    };
    let parts =
        || -> Vec<Box<dyn Rater>> { vec![Box::new(Svd::plain(1)), Box::new(Baseline::default())] };
    let best = parts()
        .into_iter()
        .map(|mut part| trial.rate(&mut *part).rmse)
        .fold(f64::INFINITY, f64::min);
    let blend = trial.rate(&mut Blend::of(parts(), 1)).rmse;
    assert!(blend <= best * 1.01, "{blend} {best}");
}

#[test]
fn every_ranker_learns_who_belongs_to_which_group() {
    let (users, items, rows) = groups();
    let trial = Trial {
        users,
        items,
        folds: split(&rows, Split::Quarter, 4),
        seed: 1,
    };
    let popular = trial.rank(&mut Popularity::default());
    for mut ranker in trial.rankers() {
        let score = trial.rank(&mut *ranker);
        if ranker.name().contains("popularity") {
            continue;
        }
        assert!(
            score.recall_10 > popular.recall_10 * 1.2,
            "{}: {score:?}",
            ranker.name()
        );
        assert!((0.0..=1.0).contains(&score.coverage_10));
        // Whom the ranking is for, decides: a member of the first group is offered the first half.
        let set = Set::new(users, items, rows.clone());
        ranker.fit(&set);
        let mut scores = vec![0.0; items];
        ranker.score(3, &mut scores);
        let own: f32 = scores[..20].iter().sum();
        let other: f32 = scores[20..].iter().sum();
        assert!(own > other, "{}", ranker.name());
    }
}

#[test]
fn ease_is_what_its_formula_says_and_says_because_of_what() {
    let (users, items, rows) = groups();
    let set = Set::new(users, items, rows);
    let mut ease = Ease::new(5.0);
    ease.fit(&set);
    // The optimum of ||X - XB||² + ridge ||B||² with a zero diagonal: outside the diagonal the gradient vanishes.
    let met = |user: u32, item: u32| {
        f64::from(u8::from(
            set.by_user.of(user).iter().any(|entry| entry.id == item),
        ))
    };
    for (k, j) in [(0, 1), (3, 17), (25, 31), (2, 39)] {
        let gradient: f64 = (0..users as u32)
            .map(|user| {
                let predicted: f64 = (0..items as u32)
                    .map(|i| met(user, i) * f64::from(ease.weight(i, j)))
                    .sum();
                met(user, k) * (predicted - met(user, j))
            })
            .sum::<f64>()
            + 5.0 * f64::from(ease.weight(k, j));
        assert!(gradient.abs() < 2e-3, "{gradient}");
        assert_eq!(ease.weight(j, j), 0.0);
    }
    let mut scores = vec![0.0; items];
    ease.score(0, &mut scores);
    let parts: f32 = set.by_user.of(0).iter().map(|e| ease.weight(e.id, 7)).sum();
    assert!(
        (scores[7] - parts).abs() < 1e-4,
        "a score is the sum of its reasons"
    );
    let because = ease.because(0, 7, 3);
    assert!(because.len() <= 3 && because.iter().all(|(item, _)| *item < 20));
}

#[test]
fn metrics_are_as_defined() {
    assert_eq!(top(&[0.1, 0.9, f32::NEG_INFINITY, 0.5], 2), [1, 3]);
    assert_eq!(top(&[0.5, 0.5, 0.5], 2), [0, 1]);
    assert!((ndcg(&[7, 1, 2], &[7], 10) - 1.0).abs() < 1e-12);
    assert!((ndcg(&[1, 7], &[7], 10) - 1.0 / 3f64.log2()).abs() < 1e-12);
    assert!((recall(&[1, 7, 3], &[7, 9], 2) - 0.5).abs() < 1e-12);
}

#[test]
fn poor_tables_are_survived() {
    let one = |user, item, value| Interaction {
        user,
        item,
        value,
        time: 0,
    };
    let tables = [
        (0, 0, Vec::new()),
        (1, 1, vec![one(0, 0, 3.0)]),
        // Everybody alike.
        (8, 4, (0..32).map(|n| one(n / 4, n % 4, 3.0)).collect()),
        // Users and items without a row.
        (5, 5, vec![one(0, 0, 1.0), one(4, 4, 5.0)]),
    ];
    for (users, items, rows) in tables {
        let trial = Trial {
            users,
            items,
            folds: vec![(rows.clone(), rows)],
            seed: 1,
        };
        for mut rater in trial.raters() {
            let score = trial.rate(&mut *rater);
            assert!(score.rmse.is_finite(), "{}", rater.name());
            if users > 0 && items > 0 {
                assert!(
                    rater.rate(users as u32 - 1, 0, 0).is_finite(),
                    "{}",
                    rater.name()
                );
            }
        }
        for mut ranker in trial.rankers() {
            assert!(
                trial.rank(&mut *ranker).ndcg_10.is_finite(),
                "{}",
                ranker.name()
            );
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let rows = hidden(40, 30, 0.5, 0.3);
    let run = || -> Vec<f64> {
        let trial = Trial {
            users: 40,
            items: 30,
            folds: split(&rows, Split::Quarter, 1),
            seed: 6,
        };
        let rated = trial
            .raters()
            .into_iter()
            .map(|mut r| trial.rate(&mut *r).rmse);
        let ranked = trial
            .rankers()
            .into_iter()
            .map(|mut r| trial.rank(&mut *r).ndcg_100);
        rated.chain(ranked).collect()
    };
    assert_eq!(run(), run());
}
