package main

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v4"
)

func main() {
	mode := map[string]string{"off": "disable", "demanded": "require", "verified": "verify-full"}[os.Getenv("TLS")]
	run(func() (func() error, error) {
		connection, err := pgx.Connect(context.Background(), fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=%s sslmode=%s connect_timeout=%s",
			os.Getenv("HOST"), os.Getenv("PORT"), os.Getenv("LOGIN"), os.Getenv("PASSWORD"), os.Getenv("DATABASE"), mode, os.Getenv("TIMEOUT")))
		return func() error {
			_, err := connection.Exec(context.Background(), os.Getenv("QUERY"))
			return err
		}, err
	})
}
