// Package browser holds tests of the pages that finwait writes: a real browser opens
// them. It is a module of its own, so that finwait needs nothing of it. Where there is
// no Chromium the tests say so and do nothing.
package browser
