package main

import (
	"database/sql"
	"fmt"
	"os"

	_ "github.com/lib/pq"
)

func main() {
	mode := map[string]string{"off": "disable", "demanded": "require", "verified": "verify-full"}[os.Getenv("TLS")]
	run(func() (func() error, error) {
		db, err := sql.Open("postgres", fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=%s sslmode=%s connect_timeout=%s",
			os.Getenv("HOST"), os.Getenv("PORT"), os.Getenv("LOGIN"), os.Getenv("PASSWORD"), os.Getenv("DATABASE"), mode, os.Getenv("TIMEOUT")))
		return func() error {
			_, err := db.Exec(os.Getenv("QUERY"))
			return err
		}, err
	})
}
