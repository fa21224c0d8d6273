//! Running a network through tract: one plan a pack, built once, used from several threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tract_onnx::prelude::*;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::internal::DimLike;
use tract_onnx::tract_hir::ops::unimpl::UnimplementedOp;

use super::manifest::Manifest;
use crate::error::one_line;

/// A network ready to run. `run` may be called from several threads at once; each run uses one.
pub struct Network {
    plan: Arc<TypedRunnableModel>,
    shape: Vec<usize>,
    has_embedding: bool,
}

/// What a network gave for one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// As it came; empty when the network has none.
    pub embedding: Vec<f32>,
    /// One a label, before the activation.
    pub scores: Vec<f32>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("shape", &self.shape)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// Reads an ONNX file and builds a plan for the manifest's fixed input and its outputs. Takes some tenths of a
    /// second.
    ///
    /// # Errors
    /// Half a sentence: what does not fit the manifest or `labels`, the number of labels, or what tract cannot do.
    pub fn build(onnx: &[u8], manifest: &Manifest, labels: usize) -> Result<Self, String> {
        caught(|| Self::build_uncaught(onnx, manifest, labels))
    }

    fn build_uncaught(onnx: &[u8], manifest: &Manifest, labels: usize) -> Result<Self, String> {
        // Shapes noted inside the file may carry a free batch size, which clashes with the fixed one.
        let mut model = tract_onnx::onnx()
            .with_ignore_value_info(true)
            .with_ignore_output_shapes(true)
            .model_for_read(&mut std::io::Cursor::new(onnx))
            .map_err(|error| {
                format!(
                    "its model is not an ONNX file that can be read ({})",
                    root(&error)
                )
            })?;
        for node in model.nodes() {
            if node.op_is::<UnimplementedOp>() {
                let name = node.op().name();
                let name = name
                    .trim_start_matches("Unimplemented(")
                    .trim_end_matches(')');
                return Err(format!(
                    "its model uses the operator {}, which this Parlour does not have",
                    super::manifest::shortened(name)
                ));
            }
        }
        let shape = manifest.input.shape();
        fix_input(&mut model, manifest.input.name(), &shape)?;
        let wanted: Vec<&str> = std::iter::once(manifest.output.scores.as_str())
            .chain(manifest.output.embedding.as_deref())
            .collect();
        let outlets = wanted
            .iter()
            .map(|name| {
                model.find_outlet_label(name).ok_or_else(|| {
                    format!(
                        "its model has no output '{}'",
                        super::manifest::shortened(name)
                    )
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        model
            .select_output_outlets(&outlets)
            .map_err(|error| format!("its outputs cannot be used ({})", root(&error)))?;
        let model = model
            .into_optimized()
            .map_err(|error| format!("its model does not fit together ({})", root(&error)))?;
        let sizes = outlets
            .iter()
            .enumerate()
            .map(|(at, _)| output_size(&model, at))
            .collect::<Result<Vec<_>, _>>()?;
        if sizes[0] != labels {
            return Err(format!(
                "its model gives {} scores, but there are {labels} labels",
                sizes[0]
            ));
        }
        if let Some(&dims) = sizes.get(1)
            && dims != manifest.output.embedding_dims
        {
            return Err(format!(
                "its model gives an embedding of {dims} numbers, but the manifest says {}",
                manifest.output.embedding_dims
            ));
        }
        let plan = model
            .into_runnable()
            .map_err(|error| format!("its model cannot be planned ({})", root(&error)))?;
        Ok(Self {
            plan,
            shape,
            has_embedding: wanted.len() == 2,
        })
    }

    /// Runs the network once on an input of the manifest's shape, in row-major order.
    ///
    /// # Errors
    /// Half a sentence: the input has the wrong length, tract failed, or something came out that is not a number.
    pub fn run(&self, input: &[f32]) -> Result<Outputs, String> {
        caught(|| self.run_uncaught(input))
    }

    fn run_uncaught(&self, input: &[f32]) -> Result<Outputs, String> {
        let wanted: usize = self.shape.iter().product();
        if input.len() != wanted {
            return Err(format!(
                "it was given {} numbers instead of {wanted}",
                input.len()
            ));
        }
        let failed = |error: TractError| format!("it could not be run ({})", root(&error));
        let tensor = Tensor::from_shape(&self.shape, input).map_err(failed)?;
        let outputs = self.plan.run(tvec!(tensor.into())).map_err(failed)?;
        let numbers = |at: usize| -> Result<Vec<f32>, String> {
            let output = outputs.get(at).ok_or("it gave too few outputs")?;
            let output = output.cast_to::<f32>().map_err(failed)?;
            let values: Vec<f32> = output
                .to_plain_array_view::<f32>()
                .map_err(failed)?
                .iter()
                .copied()
                .collect();
            if values.iter().all(|value| value.is_finite()) {
                Ok(values)
            } else {
                Err("it gave something that is not a number".to_owned())
            }
        };
        Ok(Outputs {
            scores: numbers(0)?,
            embedding: if self.has_embedding {
                numbers(1)?
            } else {
                Vec::new()
            },
        })
    }
}

/// Fixes the one input to the manifest's shape, after comparing it with what the model declares.
fn fix_input(model: &mut InferenceModel, name: &str, shape: &[usize]) -> Result<(), String> {
    let inputs = model
        .input_outlets()
        .map_err(|error| root(&error))?
        .to_vec();
    let names: Vec<&str> = inputs
        .iter()
        .map(|outlet| model.node(outlet.node).name.as_str())
        .collect();
    if names != [name] {
        return Err(format!(
            "its model takes the inputs [{}], but the manifest names '{}'",
            super::manifest::shortened(&names.join(", ")),
            super::manifest::shortened(name)
        ));
    }
    let declared = model
        .input_fact(0)
        .map_err(|error| root(&error))?
        .shape
        .clone();
    let dims: Vec<Option<usize>> = declared
        .dims()
        .map(|dim| dim.concretize().and_then(|dim| dim.to_usize().ok()))
        .collect();
    let fits = declared.is_open()
        || (dims.len() == shape.len()
            && dims
                .iter()
                .zip(shape)
                .all(|(dim, &wanted)| dim.is_none_or(|dim| dim == wanted)));
    if !fits {
        let words = |dims: &mut dyn Iterator<Item = String>| dims.collect::<Vec<_>>().join(" x ");
        return Err(format!(
            "its model takes an input of {}, but the manifest says {}",
            words(
                &mut dims
                    .iter()
                    .map(|dim| dim.map_or("?".to_owned(), |dim| dim.to_string()))
            ),
            words(&mut shape.iter().map(usize::to_string)),
        ));
    }
    model
        .set_input_fact(0, f32::fact(shape).into())
        .map_err(|error| format!("its input cannot be set ({})", root(&error)))
}

fn output_size(model: &TypedModel, at: usize) -> Result<usize, String> {
    let fact = model.output_fact(at).map_err(|error| root(&error))?;
    fact.shape
        .as_concrete()
        .map(|dims| dims.iter().product())
        .ok_or_else(|| "its model gives outputs of no fixed size".to_owned())
}

/// Runs foreign graph code; a panic inside it is a fault of the pack, not the end of the program.
fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err("its model made the interpreter give up".to_owned()))
}

/// The innermost cause of a tract error, on one line.
fn root(error: &TractError) -> String {
    one_line(&error.root_cause().to_string())
}
