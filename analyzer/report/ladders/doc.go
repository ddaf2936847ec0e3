// Package ladders draws connections segment by segment, as package ladder has them: as text,
// as JSON, as a page and as a drawing.
package ladders
