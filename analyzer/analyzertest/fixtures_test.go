package analyzertest

import "testing"

func TestFixtures(t *testing.T) {
	new(Fixtures).Run(t, "../../testdata/pkt/*.pkt")
}
