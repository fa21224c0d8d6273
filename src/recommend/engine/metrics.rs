//! How good a prediction or a ranking is.

/// The `k` best items, best first; items that score negative infinity are never among them.
pub fn top(scores: &[f32], k: usize) -> Vec<u32> {
    let order = |a: &u32, b: &u32| {
        scores[*b as usize]
            .total_cmp(&scores[*a as usize])
            .then(a.cmp(b))
    };
    let mut items: Vec<u32> = (0..scores.len() as u32)
        .filter(|item| scores[*item as usize] > f32::NEG_INFINITY)
        .collect();
    if items.len() > k {
        items.select_nth_unstable_by(k, order);
        items.truncate(k);
    }
    items.sort_unstable_by(order);
    items
}

/// Normalised discounted cumulative gain at `k` with binary relevance (Järvelin and Kekäläinen 2002); `wanted` is not empty.
pub fn ndcg(ranking: &[u32], wanted: &[u32], k: usize) -> f64 {
    let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let gain: f64 = ranking
        .iter()
        .take(k)
        .enumerate()
        .filter(|(_, item)| wanted.contains(item))
        .map(|(place, _)| discount(place))
        .sum();
    let ideal: f64 = (0..wanted.len().min(k)).map(discount).sum();
    if ideal > 0.0 { gain / ideal } else { 0.0 }
}

/// The share of `wanted` among the first `k`, at most `k` of them counted as wanted (Liang et al. 2018).
pub fn recall(ranking: &[u32], wanted: &[u32], k: usize) -> f64 {
    let found = ranking
        .iter()
        .take(k)
        .filter(|item| wanted.contains(item))
        .count();
    found as f64 / wanted.len().min(k).max(1) as f64
}
