//! Small dense linear algebra: symmetric positive definite systems by Cholesky's method, row-major.

/// Dot product; eight running sums, so that the compiler can use wide registers.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

/// `y += factor * x`.
pub(super) fn add_scaled(y: &mut [f32], factor: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// Replaces the lower triangle of the symmetric `a` (`n` x `n`) by `L` with `L Lᵀ = a`. Pivots below a small positive
/// bound are lifted to it, so that a nearly singular matrix gives a damped answer instead of none.
pub(super) fn cholesky(a: &mut [f32], n: usize) {
    for i in 0..n {
        let (done, rest) = a.split_at_mut(i * n);
        let row = &mut rest[..n];
        for j in 0..i {
            let other = &done[j * n..=j * n + j];
            row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        row[i] = pivot.max(1e-10).sqrt();
    }
}

/// Solves `L x = b` in place.
pub(super) fn forward(l: &[f32], n: usize, b: &mut [f32]) {
    for i in 0..n {
        let row = &l[i * n..=i * n + i];
        b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
    }
}

/// Solves `Lᵀ x = b` in place.
pub(super) fn backward(l: &[f32], n: usize, b: &mut [f32]) {
    for i in (0..n).rev() {
        b[i] /= l[i * n + i];
        let (before, at) = b.split_at_mut(i);
        add_scaled(before, -at[0], &l[i * n..i * n + i]);
    }
}

/// Solves `a x = b` for the symmetric positive definite `a`, which is overwritten.
pub(super) fn solve(a: &mut [f32], n: usize, b: &mut [f32]) {
    cholesky(a, n);
    forward(a, n, b);
    backward(a, n, b);
}

/// Weights of the least-squares fit of `targets` by rows of `width` features, with a ridge on all of them.
pub(super) fn least_squares(
    features: &[f32],
    width: usize,
    targets: &[f32],
    ridge: f64,
) -> Vec<f32> {
    let mut gram = vec![0.0f64; width * width];
    let mut right = vec![0.0f64; width];
    for (row, target) in features.chunks_exact(width).zip(targets) {
        for (i, a) in row.iter().enumerate() {
            right[i] += f64::from(*a) * f64::from(*target);
            for (j, b) in row[..=i].iter().enumerate() {
                gram[i * width + j] += f64::from(*a) * f64::from(*b);
            }
        }
    }
    for i in 0..width {
        gram[i * width + i] += ridge;
        for j in 0..i {
            gram[j * width + i] = gram[i * width + j];
        }
    }
    gauss(&mut gram, width, &mut right);
    right.into_iter().map(|weight| weight as f32).collect()
}

/// Gauss' elimination with pivoting in double precision, for the few unknowns of a blend.
fn gauss(a: &mut [f64], n: usize, b: &mut [f64]) {
    for column in 0..n {
        let best = (column..n).max_by(|x, y| {
            let (x, y) = (a[x * n + column].abs(), a[y * n + column].abs());
            x.total_cmp(&y)
        });
        let pivot = best.unwrap_or(column);
        for k in 0..n {
            a.swap(column * n + k, pivot * n + k);
        }
        b.swap(column, pivot);
        let divisor = a[column * n + column];
        if divisor.abs() < 1e-12 {
            continue;
        }
        for row in 0..n {
            if row != column {
                let factor = a[row * n + column] / divisor;
                for k in column..n {
                    a[row * n + k] -= factor * a[column * n + k];
                }
                b[row] -= factor * b[column];
            }
        }
    }
    for (i, value) in b.iter_mut().enumerate() {
        let divisor = a[i * n + i];
        *value = if divisor.abs() < 1e-12 {
            0.0
        } else {
            *value / divisor
        };
    }
}
