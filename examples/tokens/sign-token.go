// go run sign-token.go KEY USER: prints a token for an hour, signed with Ed25519.
package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"log"
	"os"
	"time"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		log.Fatal("no PEM in ", os.Args[1])
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	now := time.Now().Unix()
	input := encode(map[string]any{"alg": "EdDSA", "kid": "main"}) + "." + encode(map[string]any{
		"iss": "shop", "aud": "tidings", "sub": os.Args[2], "iat": now, "exp": now + 3600,
		"tidings": map[string]any{"subscribe": []string{"topic:shop.#"}},
	})
	signature := ed25519.Sign(key.(ed25519.PrivateKey), []byte(input))
	fmt.Println(input + "." + base64.RawURLEncoding.EncodeToString(signature))
}

func encode(part map[string]any) string {
	text, err := json.Marshal(part)
	if err != nil {
		log.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
