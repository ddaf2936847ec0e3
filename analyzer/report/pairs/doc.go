// Package pairs writes what two captures say of each other, as package pair compares them:
// all connections, or one drawn segment by segment.
package pairs
