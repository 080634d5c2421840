package token

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	hash := strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		text string
		want Token
		err  string
	}{
		"full server token":     {"K10" + hash + "::server:secret\n", Token{hash, "server", "secret"}, ""},
		"password with a colon": {"K10" + hash + "::node:a:b", Token{hash, "node", "a:b"}, ""},
		"no hash":               {"K10::server:secret", Token{"", "server", "secret"}, ""},
		"bare password":         {"secret", Token{"", "", "secret"}, ""},
		"bare with a colon":     {"a:b", Token{"", "", "a:b"}, ""},
		"empty":                 {" \n", Token{}, "token must not be empty"},
		"short hash":            {"K10abc::server:secret", Token{}, "invalid token CA hash length"},
		"no password":           {"K10" + hash + "::server:", Token{}, "invalid token format"},
		"no credentials":        {"K10" + hash, Token{}, "invalid token format"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse(c.text)
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Fatalf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestFormatIsReadBack(t *testing.T) {
	ca := []byte("a certificate")
	got, err := Parse(Format(ca, UserNode, "secret"))
	if err != nil || got != (Token{HashCA(ca), UserNode, "secret"}) {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestCheckCA(t *testing.T) {
	ca := []byte("a certificate")
	if err := (Token{CAHash: HashCA(ca)}).CheckCA(ca); err != nil {
		t.Fatal(err)
	}
	if err := (Token{}).CheckCA(ca); err != nil {
		t.Fatalf("a token without hash trusts the first CA: %v", err)
	}
	err := (Token{CAHash: HashCA(ca)}).CheckCA([]byte("another"))
	if err == nil || !strings.HasPrefix(err.Error(), "token CA hash does not match the Cluster CA certificate hash: ") {
		t.Fatalf("got %v", err)
	}
}

func TestRandom(t *testing.T) {
	if a, b := Random(), Random(); len(a) != 32 || a == b {
		t.Fatalf("%q %q", a, b)
	}
}
