//! The customer file: CSV with a header line, or JSON lines.
