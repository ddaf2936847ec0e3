// Package parquettest reads the Parquet files that package parquet writes, for tests.
// It takes nothing from that package but knows no more encodings than it: readers that
// others wrote are asked in testdata/duckdb.
package parquettest
