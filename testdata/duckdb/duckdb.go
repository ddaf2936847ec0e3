// Package duckdb holds tests of the tables that finwait writes: DuckDB and Apache Arrow
// read them. It is a module of its own, so that finwait needs neither of them, nor a C
// compiler.
package duckdb
