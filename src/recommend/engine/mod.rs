//! The engine on any interaction data: no media in it, only who met what, how it was valued, and when.

mod als;
mod bayes;
mod blend;
mod data;
mod ease;
mod evaluate;
mod factors;
mod linear;
mod metrics;
mod neighbours;
mod parallel;
mod ranking;
mod rating;
mod set;

pub use als::{Bpr, ImplicitAls};
pub use bayes::BayesianFactors;
pub use blend::Blend;
pub use data::{BadLine, Interaction, Reader, Table};
pub use ease::Ease;
pub use evaluate::{RankingScore, RatingScore, Trial, liked_from};
pub use factors::{Recipe, Svd, SvdPlusPlus};
pub use metrics::{ndcg, recall, top};
pub use neighbours::{Centre, Neighbours, Similarity, SlopeOne};
pub use ranking::{ItemNeighbours, Popularity, RankBlend, Ranker, SessionNeighbours};
pub use rating::{Baseline, Means, MeansOf, Rater};
pub use set::{Entry, Fold, Lists, Set, Split, split};

#[cfg(test)]
mod tests;
