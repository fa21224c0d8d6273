//! The whole program from outside: one executable for all topics.

mod kill;
