// The ways in which a program meets a failure: SHAPE is uncaught, caught (one line, exit 1) or retried (TRIES times).
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"time"
)

func work(connect func() (func() error, error)) error {
	ask, err := connect()
	if err != nil {
		return err
	}
	for {
		if err := ask(); err != nil {
			return err
		}
		if os.Getenv("STAY") == "" {
			break
		}
		fmt.Println("ready")
		time.Sleep(300 * time.Millisecond)
	}
	fmt.Println("ready")
	return nil
}

func run(connect func() (func() error, error)) {
	tries, _ := strconv.Atoi(os.Getenv("TRIES"))
	if os.Getenv("SHAPE") != "retried" {
		if err := work(connect); err != nil && os.Getenv("SHAPE") == "caught" {
			log.Fatal(err)
		} else if err != nil {
			panic(err)
		}
		return
	}
	for attempt := 1; attempt <= tries; attempt++ {
		err := work(connect)
		if err == nil {
			return
		}
		log.Printf("attempt %d: %v", attempt, err)
		time.Sleep(time.Second)
	}
	os.Exit(1)
}
