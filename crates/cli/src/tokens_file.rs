//! Business tokens, from their file into the vault.
