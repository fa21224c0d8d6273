//! Bayesian matrix factorisation by Gibbs sampling (Salakhutdinov and Mnih 2008), biases included as factors: nothing to
//! tune, and the mean over many samples errs less than any single factorisation.

use super::factors::normal;
use super::linear::{backward, cholesky, dot, forward};
use super::parallel;
use super::rating::Rater;
use super::set::{Lists, Set};

/// See the module.
#[derive(Debug, Clone)]
pub struct BayesianFactors {
    factors: usize,
    burn_in: usize,
    samples: usize,
    seed: u64,
    set: Set,
    /// For each kept sample: users' and items' vectors, `width` each, one after the other.
    kept: Vec<(Vec<f32>, Vec<f32>)>,
}

impl BayesianFactors {
    /// So many factors; the first `burn_in` samples are thrown away, the next `samples` are averaged.
    pub fn new(factors: usize, burn_in: usize, samples: usize, seed: u64) -> Self {
        Self {
            factors,
            burn_in,
            samples,
            seed,
            set: Set::default(),
            kept: Vec::new(),
        }
    }

    /// Factors and the bias.
    fn width(&self) -> usize {
        self.factors + 1
    }
}

/// Mean and precision of the vectors of one side, drawn from their Normal-Wishart posterior.
struct Prior {
    mean: Vec<f32>,
    precision: Vec<f32>,
}

/// A gamma variate with this shape and scale 1 (Marsaglia and Tsang 2000), for shapes of at least 1.
fn gamma(rng: &mut fastrand::Rng, shape: f32) -> f32 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(rng);
        let v = (1.0 + c * x).powi(3);
        let u = 1.0 - rng.f32();
        if v > 0.0 && u.ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

impl Prior {
    /// Draws mean and precision given the vectors of one side (Salakhutdinov and Mnih 2008, equation 14), with the
    /// hyperpriors `W0 = I`, `nu0 = width`, `beta0 = 2`, `mu0 = 0`.
    fn draw(vectors: &[f32], width: usize, rng: &mut fastrand::Rng) -> Self {
        const BETA: f32 = 2.0;
        let count = (vectors.len() / width) as f32;
        let mut mean = vec![0.0f32; width];
        for vector in vectors.chunks_exact(width) {
            super::linear::add_scaled(&mut mean, 1.0 / count.max(1.0), vector);
        }
        // The inverse of the posterior scale: I + scatter + shrunk outer product of the mean.
        let mut inverse = vec![0.0f32; width * width];
        for vector in vectors.chunks_exact(width) {
            for i in 0..width {
                let a = vector[i] - mean[i];
                for j in 0..=i {
                    inverse[i * width + j] += a * (vector[j] - mean[j]);
                }
            }
        }
        let shrunk = BETA * count / (BETA + count);
        for i in 0..width {
            for j in 0..=i {
                inverse[i * width + j] += shrunk * mean[i] * mean[j];
            }
            inverse[i * width + i] += 1.0;
        }
        let precision = wishart(&inverse, width, width as f32 + count, rng);
        // The mean given the precision.
        let mut factor = precision.clone();
        for value in &mut factor {
            *value *= BETA + count;
        }
        cholesky(&mut factor, width);
        let mut drawn: Vec<f32> = (0..width).map(|_| normal(rng)).collect();
        backward(&factor, width, &mut drawn);
        for (drawn, mean) in drawn.iter_mut().zip(&mean) {
            *drawn += mean * count / (BETA + count);
        }
        Self {
            mean: drawn,
            precision,
        }
    }
}

/// A Wishart variate with this inverse scale (lower triangle) and degrees of freedom, by Bartlett's decomposition.
fn wishart(inverse: &[f32], n: usize, degrees: f32, rng: &mut fastrand::Rng) -> Vec<f32> {
    // inverse = C Cᵀ, so the scale is C⁻ᵀ C⁻¹, and C⁻ᵀ A is a square root of the variate, A lower triangular.
    let mut c = inverse.to_vec();
    cholesky(&mut c, n);
    let mut root = vec![0.0f32; n * n];
    for column in 0..n {
        let mut a = vec![0.0f32; n];
        a[column] = (2.0 * gamma(rng, (degrees - column as f32) / 2.0)).sqrt();
        for value in &mut a[column + 1..] {
            *value = normal(rng);
        }
        backward(&c, n, &mut a);
        for (row, value) in a.into_iter().enumerate() {
            root[row * n + column] = value;
        }
    }
    let mut out = vec![0.0f32; n * n];
    for i in 0..n {
        for j in 0..=i {
            let value = dot(&root[i * n..][..n], &root[j * n..][..n]);
            out[i * n + j] = value;
            out[j * n + i] = value;
        }
    }
    out
}

/// What a thread keeps between vectors.
struct Scratch {
    precision: Vec<f32>,
    right: Vec<f32>,
    other: Vec<f32>,
}

/// Draws every vector of one side given the other side. A vector is `factors` and a bias; the other side's bias moves
/// from the design to the target.
fn draw_side(
    vectors: &mut [f32],
    others: &[f32],
    lists: &Lists,
    prior: &Prior,
    noise: f32,
    mean: f32,
    width: usize,
    seed: u64,
) {
    // Precision times mean, once.
    let prior_right: Vec<f32> = prior
        .precision
        .chunks_exact(width)
        .map(|row| dot(row, &prior.mean))
        .collect();
    let scratch = || Scratch {
        precision: vec![0.0; width * width],
        right: vec![0.0; width],
        other: vec![0.0; width],
    };
    parallel::fill(vectors, width, scratch, |id, vector, scratch| {
        let Scratch {
            precision,
            right,
            other,
        } = scratch;
        precision.copy_from_slice(&prior.precision);
        right.copy_from_slice(&prior_right);
        for entry in lists.of(id as u32) {
            other.copy_from_slice(&others[entry.id as usize * width..][..width]);
            let target = entry.value - mean - other[width - 1];
            other[width - 1] = 1.0;
            for i in 0..width {
                let scaled = noise * other[i];
                super::linear::add_scaled(&mut precision[i * width..][..=i], scaled, &other[..=i]);
            }
            super::linear::add_scaled(right, noise * target, other);
        }
        // N(precision⁻¹ right, precision⁻¹): with precision = L Lᵀ, x = L⁻ᵀ (L⁻¹ right + z).
        let mut rng = fastrand::Rng::with_seed(
            seed.wrapping_add(id as u64)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15),
        );
        cholesky(precision, width);
        forward(precision, width, right);
        for value in right.iter_mut() {
            *value += normal(&mut rng);
        }
        backward(precision, width, right);
        vector.copy_from_slice(right);
    });
}

fn product(user: &[f32], item: &[f32]) -> f32 {
    let factors = user.len() - 1;
    dot(&user[..factors], &item[..factors]) + user[factors] + item[factors]
}

impl Rater for BayesianFactors {
    fn name(&self) -> &'static str {
        "bayesian mf"
    }

    fn fit(&mut self, train: &Set) {
        let width = self.width();
        let mut rng = fastrand::Rng::with_seed(self.seed);
        let mut users = super::factors::normals(&mut rng, train.users() * width, 0.1);
        let mut items = super::factors::normals(&mut rng, train.items() * width, 0.1);
        self.kept.clear();
        let mut noise = 1.5;
        for round in 0..self.burn_in + self.samples {
            let prior = Prior::draw(&users, width, &mut rng);
            let seed = rng.u64(..);
            draw_side(
                &mut users,
                &items,
                &train.by_user,
                &prior,
                noise,
                train.mean,
                width,
                seed,
            );
            let prior = Prior::draw(&items, width, &mut rng);
            let seed = rng.u64(..);
            draw_side(
                &mut items,
                &users,
                &train.by_item,
                &prior,
                noise,
                train.mean,
                width,
                seed,
            );
            let error: f64 = train
                .rows
                .iter()
                .map(|row| {
                    let user = &users[row.user as usize * width..][..width];
                    let item = &items[row.item as usize * width..][..width];
                    f64::from(row.value - train.mean - product(user, item)).powi(2)
                })
                .sum();
            let shape = 1.0 + train.rows.len() as f32 / 2.0;
            noise = gamma(&mut rng, shape) / (1.0 + error as f32 / 2.0);
            if round >= self.burn_in {
                self.kept.push((users.clone(), items.clone()));
            }
        }
        self.set = Set {
            mean: train.mean,
            range: train.range,
            ..Set::new(0, 0, Vec::new())
        };
    }

    fn rate(&self, user: u32, item: u32, _time: i64) -> f32 {
        let width = self.width();
        let sum: f32 = self
            .kept
            .iter()
            .map(|(users, items)| {
                let user = &users[user as usize * width..][..width];
                let item = &items[item as usize * width..][..width];
                self.set.clamped(self.set.mean + product(user, item))
            })
            .sum();
        self.set.clamped(sum / self.kept.len().max(1) as f32)
    }
}
