//! The file handed over on access: formats, archive, encryption
