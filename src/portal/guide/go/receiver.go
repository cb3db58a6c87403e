// Receives signed webhooks. Go 1.21 or later; standard library alone.
//
//	WEBHOOK_SECRET=whsec_… go run receiver.go
//
// whsec_…: the secret itself (v1, HMAC-SHA256). whpk_…: the public key of an Ed25519 secret (v1a).
package main

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	tolerance    = 5 * time.Minute
	maxBodyBytes = 1 << 20
	maxTaken     = 100_000
)

type key struct {
	bytes  []byte
	public bool
}

func readKey(text string) (key, error) {
	encoded, public := strings.CutPrefix(text, "whpk_")
	if !public {
		var secret bool
		if encoded, secret = strings.CutPrefix(text, "whsec_"); !secret {
			return key{}, errors.New("WEBHOOK_SECRET has to be whsec_… or whpk_…")
		}
	}
	bytes, err := base64.StdEncoding.DecodeString(encoded)
	if err == nil && public && len(bytes) != ed25519.PublicKeySize {
		err = errors.New("WEBHOOK_SECRET: a public key has 32 bytes")
	}
	return key{bytes, public}, err
}

// isRight says whether one signature, such as "v1,<base64>", is right. What is of another version is passed over.
func (k key) isRight(given string, signed []byte) bool {
	version, text, _ := strings.Cut(given, ",")
	signature, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	if k.public {
		return version == "v1a" && ed25519.Verify(k.bytes, signed, signature)
	}
	mac := hmac.New(sha256.New, k.bytes)
	mac.Write(signed)
	// hmac.Equal takes constant time: how long it takes must not tell how much of a guess is right.
	return version == "v1" && hmac.Equal(signature, mac.Sum(nil))
}

// isSigned looks at the bytes of the body as they came: JSON that is parsed and written again may differ.
func (k key) isSigned(header http.Header, body []byte) bool {
	timestamp := header.Get("webhook-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return false
	}
	// An old request may be one that somebody has recorded and sends again.
	if age := time.Since(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return false
	}
	signed := append([]byte(header.Get("webhook-id")+"."+timestamp+"."), body...)
	// While a secret is being changed there is a signature of each, with a blank between them.
	for _, each := range strings.Split(header.Get("webhook-signature"), " ") {
		if k.isRight(each, signed) {
			return true
		}
	}
	return false
}

// taken remembers ids: the same webhook comes again, with the same id, when our answer was lost. In earnest this is a
// unique column of the database that the calls go into: it outlives a restart.
type taken struct {
	lock  sync.Mutex
	ids   map[string]bool
	order []string
}

func (t *taken) isNew(id string) bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.ids[id] {
		return false
	}
	t.ids[id] = true
	if t.order = append(t.order, id); len(t.order) > maxTaken {
		delete(t.ids, t.order[0])
		t.order = t.order[1:]
	}
	return true
}

// work is your own. It comes after the answer: Onhook waits for that no longer than 10 seconds.
func work(id string, body []byte) {
	fmt.Printf("took %s: %d bytes\n", id, len(body))
}

func main() {
	k, err := readKey(os.Getenv("WEBHOOK_SECRET"))
	if err != nil {
		log.Fatal(err)
	}
	seen := &taken{ids: map[string]bool{}}
	receive := func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, maxBodyBytes))
		if err != nil {
			answer.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		if !k.isSigned(request.Header, body) {
			answer.WriteHeader(http.StatusUnauthorized)
			return
		}
		if id := request.Header.Get("webhook-id"); seen.isNew(id) {
			go work(id, body)
		}
		answer.WriteHeader(http.StatusOK)
	}
	port := os.Getenv("PORT")
	if port == "" {
		port = "8099"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Listening on http://%s/\n", listener.Addr())
	server := &http.Server{Handler: http.HandlerFunc(receive), ReadTimeout: 30 * time.Second}
	log.Fatal(server.Serve(listener))
}
