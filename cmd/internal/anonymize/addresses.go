package anonymize

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/netip"
)

// maxKnown bounds how many aliases are remembered; beyond that they are worked
// out again.
const maxKnown = 1 << 16

// Addresses replaces IP addresses. Two addresses that share their first n bits
// have aliases that do so (Crypto-PAn: Xu, Fan, Ammar, Moon, "Prefix-Preserving IP
// Address Anonymization", ICNP 2002), and no two have the same.
//
// Special addresses stay in their class: an alias of a private address is
// private, that of a public one public. We pay for it where a public address would
// get an alias in a special network: it is replaced once more, and may then share
// fewer bits with its neighbours' aliases, though always 16 if it shared those. For
// IPv4, A, B and C stay A, B and C; for IPv6, the first three bits stay.
type Addresses struct {
	block cipher.Block
	pad   [16]byte
	known map[netip.Addr]netip.Addr
}

// NewAddresses returns aliases that depend on a key only. An empty key stands for
// one that nobody knows, and that is another each time.
func NewAddresses(key string) (*Addresses, error) {
	secret := make([]byte, 32)
	if key == "" {
		if _, err := rand.Read(secret); err != nil {
			return nil, err
		}
	} else {
		// Slow on purpose: a key that can be guessed tells all addresses.
		const rounds = 200_000
		var err error
		if secret, err = pbkdf2.Key(sha256.New, key, []byte("finwait addresses 1"), rounds, 32); err != nil {
			return nil, fmt.Errorf("key: %w", err)
		}
	}
	block, err := aes.NewCipher(secret[:16])
	if err != nil {
		return nil, err
	}
	a := &Addresses{block: block, known: map[netip.Addr]netip.Addr{}}
	block.Encrypt(a.pad[:], secret[16:])
	return a, nil
}

// Of returns the alias of ip.
func (a *Addresses) Of(ip netip.Addr) netip.Addr {
	if alias, ok := a.known[ip]; ok {
		return alias
	}
	alias := a.of(ip)
	if len(a.known) >= maxKnown {
		clear(a.known)
	}
	a.known[ip] = alias
	return alias
}

func (a *Addresses) of(ip netip.Addr) netip.Addr {
	if v4, at, ok := embedded(ip); ok {
		b := ip.As16()
		new4 := a.Of(v4).As4()
		copy(b[at:], new4[:])
		return netip.AddrFrom16(b)
	}
	kind, keep := class(ip)
	for alias := ip; ; {
		alias = a.permute(alias, keep)
		if now, _ := class(alias); now == kind {
			return alias
		}
	}
}

// permute replaces all bits of ip but the first keep, each depending on those
// before it.
func (a *Addresses) permute(ip netip.Addr, keep int) netip.Addr {
	raw := ip.AsSlice()
	alias := ip.AsSlice()
	var out [16]byte
	for i := keep; i < 8*len(raw); i++ {
		in := a.pad // behind the first i bits of the address
		copy(in[:], raw[:i/8])
		if i%8 > 0 {
			mask := byte(0xff) << (8 - i%8)
			in[i/8] = raw[i/8]&mask | a.pad[i/8]&^mask
		}
		a.block.Encrypt(out[:], in[:])
		alias[i/8] ^= out[0] >> 7 << (7 - i%8)
	}
	ip, _ = netip.AddrFromSlice(alias)
	return ip
}
