//! Time and chance, as an argument: only the binary reads the clock and draws random bytes, a simulator makes its own.

use std::time::Duration;

use async_trait::async_trait;
use exeunt_base::{Secret, Timestamp};

/// The world outside, as far as the engine may know it.
#[async_trait]
pub trait World: Send + Sync {
    /// What time it is.
    fn now(&self) -> Timestamp;

    /// Fills bytes with chance from the system's generator.
    fn chance(&self, bytes: &mut [u8]);

    /// Waits. Lock waits and rate limits end here, nothing else sleeps.
    async fn wait(&self, time: Duration);
}

/// Ten bytes of chance, as ids want them.
pub fn chance_for_id(world: &dyn World) -> [u8; 10] {
    let mut bytes = [0; 10];
    world.chance(&mut bytes);
    bytes
}

/// Thirty-two secret bytes.
pub fn secret_bytes(world: &dyn World) -> Secret<[u8; 32]> {
    let mut bytes = [0; 32];
    world.chance(&mut bytes);
    Secret::new(bytes)
}
