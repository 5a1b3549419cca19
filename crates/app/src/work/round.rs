//! One round of everything, for whoever has a clock of their own and lets no time pass in between, as a simulation does.

use crate::error::Error;
use crate::work::Worker;
use crate::work::aside::Hands;

impl Worker {
    /// Looks for what is due, does every task whose turn it is and sends every letter and tells every webhook, one after the other. Says how many
    /// tasks that were. [`Worker::run`] does the same without end, and as it comes.
    pub async fn round(&self) -> Result<u64, Error> {
        self.look().await;
        let hands = Hands::default();
        let (mut last, mut done) = (None, 0);
        while !self.stop.is_said() {
            let Some((task, turn)) = self.next(&mut last).await? else { break };
            self.serve(task, turn, &hands).await;
            done += 1;
        }
        for office in self.house.offices() {
            office.send_letters(&self.stop).await?;
            office.tell_webhooks(&self.stop).await?;
        }
        Ok(done)
    }
}
