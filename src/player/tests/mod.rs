mod bench;
mod files;
mod gapless;
mod live;
mod loudness;
mod queue;
