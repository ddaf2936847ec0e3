// Package parquet writes Apache Parquet files: nested columns, dictionaries for
// strings, pages compressed with zstd, the least and the greatest value of each column
// of a row group. It knows no record and reads no file; section numbers are those of
// the format's own documents (github.com/apache/parquet-format 2.11).
package parquet
