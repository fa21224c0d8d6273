mod bench;
mod files;
mod gapless;
mod live;
mod queue;
