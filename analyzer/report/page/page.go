package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed style.css
var htmlStyle string

//go:embed svg.css
var svgStyle string

//go:embed script.js
var script string

//go:embed page.html
var layout string

// Page is one page.
type Page struct {
	Title   string // as the window shows it; it may hold captured names
	Command string // finwait's, that wrote it
	Body    *template.Template
	Data    any // for Body

	// Records are what the script shows as a table, as JSON in which no character
	// means anything to HTML; nil where there is none.
	Records []byte
}

// Template parses the inside of a page.
func Template(text string) *template.Template {
	return template.Must(template.New("body").Parse(text))
}

// style is the whole style of a page.
func style() string { return strings.TrimSpace(htmlStyle + svgStyle + stateRules()) }

// source returns how a Content-Security-Policy names what may run.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// policy is the attribute that holds the Content-Security-Policy, in which nothing needs
// to be escaped: who looks for "default-src 'none'" in the page finds it.
func policy(css, js string) template.HTMLAttr {
	text := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", source(css), source(js))
	return template.HTMLAttr(`content="` + text + `"`) //nolint:gosec // our own
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	t, err := template.New("page").Parse(layout)
	if err != nil {
		return err
	}
	if _, err = t.AddParseTree("body", p.Body.Tree); err != nil {
		return err
	}
	for _, part := range p.Body.Templates() {
		if part.Name() != "body" {
			if _, err = t.AddParseTree(part.Name(), part.Tree); err != nil {
				return err
			}
		}
	}
	css, js := style(), strings.TrimSpace(script)
	return t.Execute(w, map[string]any{
		"Title": p.Title, "Command": p.Command, "Data": p.Data,
		"Style": template.CSS(css), "Script": template.JS(js), "Records": template.JS(p.Records), //nolint:gosec // our own
		"Policy": policy(css, js),
	})
}
