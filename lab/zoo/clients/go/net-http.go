package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	wait, _ := time.ParseDuration(os.Getenv("TIMEOUT") + "s")
	client := &http.Client{Timeout: wait}
	run(func() (func() error, error) {
		return func() error {
			answer, err := client.Get(os.Getenv("URL"))
			if err == nil && answer.StatusCode >= 400 {
				return fmt.Errorf("status %s", answer.Status)
			}
			return err
		}, nil
	})
}
