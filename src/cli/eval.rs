//! `parlour eval recommend FILE`: measures the recommender's algorithms on a table of interactions; `eval tags` is in a
//! file of its own.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::output::Console;
use crate::error::{Error, Result};
use crate::recommend::engine::{Reader, Split, Table, Trial, liked_from, split};

/// Arguments of `parlour eval`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Measure the recommender's algorithms: MovieLens' u.data, ratings.dat or ratings.csv, or any `user item value time`.
    Recommend(RecommendArgs),
    /// Measure tags on files whose tags are known.
    Tags(super::eval_tags::Args),
}

/// Arguments of `parlour eval recommend`.
#[derive(Debug, clap::Args)]
struct RecommendArgs {
    /// The table; with `--split given` the training part.
    file: PathBuf,
    /// How to split it into training and test.
    #[arg(long, value_enum, default_value = "5-fold")]
    split: SplitName,
    /// The test part, for `--split given`.
    #[arg(long, value_name = "FILE", required_if_eq("split", "given"))]
    test: Option<PathBuf>,
    /// Predict values, or rank what a user has not met.
    #[arg(long, value_enum, default_value = "rating")]
    task: Task,
    /// Only algorithms whose name contains this.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// For everything random; the same seed gives the same figures.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SplitName {
    #[value(name = "5-fold")]
    FiveFold,
    #[value(name = "given")]
    Given,
    #[value(name = "leave-last")]
    LeaveLast,
    #[value(name = "75-25")]
    Quarter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Task {
    Rating,
    Ranking,
}

/// Measures, and writes a line per algorithm as soon as it is known.
pub fn run(context: &super::Context, args: &Args, console: &mut Console<'_>) -> Result<()> {
    let args = match &args.what {
        What::Recommend(args) => args,
        What::Tags(args) => return super::eval_tags::run(context, args, console),
    };
    let mut reader = Reader::default();
    let mut table = read(&mut reader, &args.file, console)?;
    let test = match &args.test {
        Some(test) if args.split == SplitName::Given => Some(read(&mut reader, test, console)?),
        _ => None,
    };
    let (users, items) = {
        let widest = test.as_ref().unwrap_or(&table);
        (widest.users.len(), widest.items.len())
    };
    let total = table.rows.len() + test.as_ref().map_or(0, |test| test.rows.len());
    let mut test = test.map(|test| test.rows);
    if args.task == Task::Ranking {
        let from = liked_from(&table.rows);
        table.rows.retain(|row| row.value >= from);
        if let Some(test) = &mut test {
            test.retain(|row| row.value >= from);
        }
        console.say(&format!(
            "ranking: values of {from:.3} and more count as liked"
        ));
    }
    let folds = match (args.split, test) {
        (SplitName::Given, Some(test)) => vec![(table.rows, test)],
        (SplitName::LeaveLast, _) => split(&table.rows, Split::LeaveLast, args.seed),
        (SplitName::Quarter, _) => split(&table.rows, Split::Quarter, args.seed),
        _ => split(&table.rows, Split::FiveFold, args.seed),
    };
    let trial = Trial {
        users,
        items,
        folds,
        seed: args.seed,
    };
    if trial
        .folds
        .iter()
        .all(|(train, test)| train.is_empty() || test.is_empty())
    {
        return Err(Error::Damaged {
            what: "table",
            why: "too few rows to learn from some and to test on others".to_owned(),
            path: args.file.clone(),
        });
    }
    console.say(&format!(
        "{total} rows, {users} users, {items} items, {} fold(s)",
        trial.folds.len()
    ));
    match args.task {
        Task::Rating => rating(args, &trial, console),
        Task::Ranking => ranking(args, &trial, console),
    }
    Ok(())
}

fn read(reader: &mut Reader, path: &Path, console: &mut Console<'_>) -> Result<Table> {
    let file = File::open(path).map_err(|error| Error::io("open the table", path, &error))?;
    let table = reader
        .read(BufReader::with_capacity(1 << 16, file))
        .map_err(|error| Error::io("read the table", path, &error))?;
    for bad in &table.bad {
        console.say(&format!(
            "line {}: {}: {}",
            bad.line,
            bad.why,
            path.display()
        ));
    }
    if table.bad_count > 0 {
        console.say(&format!(
            "{} malformed line(s) left out: {}",
            table.bad_count,
            path.display()
        ));
        console.fail();
    }
    if table.rows.is_empty() {
        return Err(Error::Damaged {
            what: "table",
            why: "there is no row of user, item and value in it".to_owned(),
            path: path.to_owned(),
        });
    }
    Ok(table)
}

fn is_wanted(args: &RecommendArgs, name: &str) -> bool {
    args.only
        .as_ref()
        .is_none_or(|only| name.to_lowercase().contains(&only.to_lowercase()))
}

fn rating(args: &RecommendArgs, trial: &Trial, console: &mut Console<'_>) {
    if !args.json {
        console.line("algorithm              RMSE     MAE   fit (s)  predict (s)");
    }
    for mut rater in trial.raters() {
        let name = rater.name();
        if !is_wanted(args, name) {
            continue;
        }
        let score = trial.rate(&mut *rater);
        let (fit, predict) = (score.fit.as_secs_f64(), score.predict.as_secs_f64());
        if args.json {
            console.json(&json!({
                "algorithm": name,
                "rmse": score.rmse,
                "mae": score.mae,
                "predictions": score.count,
                "fit_secs": fit,
                "predict_secs": predict,
            }));
        } else {
            console.line(&format!(
                "{name:<20} {:>6.4}  {:>6.4}  {fit:>8.2}  {predict:>11.2}",
                score.rmse, score.mae
            ));
        }
    }
}

fn ranking(args: &RecommendArgs, trial: &Trial, console: &mut Console<'_>) {
    if !args.json {
        console.line(
            "algorithm          recall@10  recall@20  NDCG@10  NDCG@100  coverage@10  novelty@10  fit (s)  rank (s)",
        );
    }
    for mut ranker in trial.rankers() {
        let name = ranker.name();
        if !is_wanted(args, name) {
            continue;
        }
        let score = trial.rank(&mut *ranker);
        let (fit, rank) = (score.fit.as_secs_f64(), score.rank.as_secs_f64());
        if args.json {
            console.json(&json!({
                "algorithm": name,
                "recall_10": score.recall_10,
                "recall_20": score.recall_20,
                "ndcg_10": score.ndcg_10,
                "ndcg_100": score.ndcg_100,
                "coverage_10": score.coverage_10,
                "novelty_10": score.novelty_10,
                "users": score.users,
                "fit_secs": fit,
                "rank_secs": rank,
            }));
        } else {
            console.line(&format!(
                "{name:<18} {:>9.4}  {:>9.4}  {:>7.4}  {:>8.4}  {:>11.3}  {:>10.2}  {fit:>7.2}  {rank:>8.2}",
                score.recall_10,
                score.recall_20,
                score.ndcg_10,
                score.ndcg_100,
                score.coverage_10,
                score.novelty_10,
            ));
        }
    }
}
