package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"finwait/reassembly/tcpstate"
)

// write returns a page with this body.
func write(t *testing.T, body string, data any) string {
	t.Helper()
	var b bytes.Buffer
	p := Page{Title: "a <title>", Command: "finwait", Body: Template(body), Data: data, Records: []byte(`{"a":1}`)}
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What runs is what the policy names, octet by octet: else browsers refuse it.
func TestPolicyNamesWhatRuns(t *testing.T) {
	text := write(t, "<p>{{.}}</p>", "x")
	for _, part := range []string{"style", "script"} {
		m := regexp.MustCompile("(?s)<" + part + ">(.*)</" + part + ">").FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("there is no %s", part)
		}
		sum := sha256.Sum256([]byte(m[1]))
		if want := part + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(text, want) {
			t.Errorf("the policy does not name the %s: want %s", part, want)
		}
	}
	if want := `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; `; !strings.Contains(text, want) {
		t.Errorf("not in the page: %s", want)
	}
	text = strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "") // a name, which nobody fetches
	for _, not := range []string{" style=", "http://", "https://", "url(", "@import", " src="} {
		if strings.Contains(text, not) {
			t.Errorf("the page holds %q", not)
		}
	}
}

func TestTextIsNoMarkup(t *testing.T) {
	const hostile = "</script><b>\"'&\x00\x1b\u2028\u202e]]>\xff"
	if text := write(t, `<p title="{{.}}"><bdi>{{.}}</bdi></p>`, hostile); strings.Contains(text, "<b>") {
		t.Error("text became markup")
	}
	var d SVG
	d.Open(Attr{"aria-label", hostile})
	d.Title(hostile)
	d.Text(hostile, 1, 2, hostile)
	d.Spans("", 1, 2, Span{hostile, hostile}, Span{"", hostile})
	d.Rect("", 1, 2, 3, 4, hostile)
	d.Dot("", 1, 2, 3, hostile)
	d.Close()
	in := xml.NewDecoder(bytes.NewReader(d.File(Frame{"x", 10, 10, hostile})))
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the drawing is no XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok && e.Name.Local == "b" {
			t.Error("text became markup")
		}
	}
}

// rgb returns the linear components of a colour of sRGB.
func rgb(t *testing.T, hex string) (c [3]float64) {
	t.Helper()
	for i := range c {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		if v := float64(n) / 255; v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return c
}

// lab returns the colour in CIE 1976 L*a*b*, in which distances are what people see.
func lab(c [3]float64) [3]float64 {
	f := func(v float64) float64 {
		if v > 0.008856 {
			return math.Cbrt(v)
		}
		return 7.787*v + 16.0/116
	}
	x := f((0.4124*c[0] + 0.3576*c[1] + 0.1805*c[2]) / 0.9505)
	y := f(0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2])
	z := f((0.0193*c[0] + 0.1192*c[1] + 0.9505*c[2]) / 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// eyes are how people see who lack one kind of cone, on linear RGB (Machado,
// Oliveira, Fernandes 2009, severity 1.0).
var eyes = map[string][3][3]float64{
	"all cones":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritanopia":   {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func seen(eye [3][3]float64, c [3]float64) (out [3]float64) {
	for i, row := range eye {
		out[i] = min(max(row[0]*c[0]+row[1]*c[1]+row[2]*c[2], 0), 1)
	}
	return out
}

func TestStatesCanBeToldApart(t *testing.T) {
	const least = 18
	for name, eye := range eyes {
		for a := tcpstate.SynSent; a < tcpstate.NumStates; a++ {
			for b := a + 1; b < tcpstate.NumStates; b++ {
				p, q := lab(seen(eye, rgb(t, colors[a].Hex))), lab(seen(eye, rgb(t, colors[b].Hex)))
				if d := math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2])); d < least {
					t.Errorf("%s: %v and %v are %.0f apart, want %d", name, a, b, d, least)
				}
			}
		}
	}
}

// luminance is that of WCAG 2.
func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

func TestTextOnStatesCanBeRead(t *testing.T) {
	for s := range tcpstate.NumStates {
		ink := rgb(t, "#14171a")
		if InkClass(s) == "iw" {
			ink = rgb(t, "#ffffff")
		}
		a, b := luminance(ink), luminance(rgb(t, colors[s].Hex))
		if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 4.5 {
			t.Errorf("text on %v has a contrast of %.1f, want 4.5", s, contrast)
		}
	}
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		most  float64
		n     int
		whole bool
		want  []float64
	}{
		{12, 5, true, []float64{0, 5, 10}},
		{1, 5, true, []float64{0, 1}},
		{3.23, 6, false, []float64{0, 1, 2, 3}},
		{0.9, 5, false, []float64{0, 0.2, 0.4, 0.6, 0.8}},
		{0, 5, true, []float64{0}},
		{math.NaN(), 5, true, []float64{0}},
		{math.Inf(1), 5, false, []float64{0}},
	} {
		got := Steps(c.most, c.n, c.whole)
		if len(got) != len(c.want) {
			t.Errorf("Steps(%v): %v, want %v", c.most, got, c.want)
			continue
		}
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-9 {
				t.Errorf("Steps(%v): %v, want %v", c.most, got, c.want)
			}
		}
	}
}
