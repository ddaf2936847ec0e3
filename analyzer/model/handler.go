package model

// A Handler receives the results of a run in order, from one goroutine: the
// records of a capture in the order in which its connections ended, then what
// is known of the capture as a whole, then the next capture. After an error it
// is called no more.
type Handler interface {
	// Record takes one connection. The Record is valid until it returns.
	Record(r *Record) error

	// File takes a capture that has been read to its end, or as far as it
	// could be. Where captures are joined, all come after the last record.
	File(f *FileInfo) error

	// Close takes the summary of the whole run. Nothing follows it.
	Close(s *Summary) error
}
