//! Where struck rows wait, encrypted, and the keys that open them
