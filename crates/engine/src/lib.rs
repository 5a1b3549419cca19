//! The hands: census, batches, restore, purge, exports
