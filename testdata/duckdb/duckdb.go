// Package duckdb holds a test of the tables that finwait writes for DuckDB. It is
// a module of its own, so that finwait needs neither DuckDB nor a C compiler.
package duckdb
