// Package damage spoils captures, and says what is wrong with what finwait prints about
// them. It is for tests, and for the program of cmd/internal/mass.
package damage
