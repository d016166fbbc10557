package main

import (
	"os"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

func main() {
	wait, _ := time.ParseDuration(os.Getenv("TIMEOUT") + "s")
	run(func() (func() error, error) {
		connection, err := redis.Dial("tcp", os.Getenv("HOST")+":"+os.Getenv("PORT"), redis.DialPassword(os.Getenv("PASSWORD")),
			redis.DialConnectTimeout(wait), redis.DialReadTimeout(wait), redis.DialUseTLS(os.Getenv("TLS") != "off"),
			redis.DialTLSSkipVerify(os.Getenv("TLS") != "verified"))
		return func() error {
			words := strings.Fields(os.Getenv("QUERY"))
			arguments := []interface{}{}
			for _, word := range words[1:] {
				arguments = append(arguments, word)
			}
			_, err := connection.Do(words[0], arguments...)
			return err
		}, err
	})
}
