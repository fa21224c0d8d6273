mod bench;
mod gapless;
mod live;
mod queue;
