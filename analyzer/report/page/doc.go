// Package page is what the pictures of all commands have in common: one HTML page
// with one style and one script, SVG drawn by hand, axes, and the colours of
// states. A page needs nothing from outside: it works from a file, in print, by
// keyboard, and without its script. Nothing captured becomes markup. What a page
// shows is the affair of its callers.
package page
