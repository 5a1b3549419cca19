//! Our own memory: the only SQL on the control database
