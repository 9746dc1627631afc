//! The adapter between the Kubernetes API and the core.
//!
//! Pipeline: API server → `watch` → `parse` → core → `perform` → API server.
//!
//! Deliberately absent: decisions. This crate translates, performs and reports.
