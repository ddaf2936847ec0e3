// Package prose has what text for people is made of: captured text made safe to show, how
// wide it stands, numbers in words, lines, colours, columns, Markdown.
package prose
