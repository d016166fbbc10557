package main

import (
	"database/sql"
	"fmt"
	"os"

	_ "github.com/go-sql-driver/mysql"
)

func main() {
	mode := map[string]string{"off": "false", "demanded": "skip-verify", "verified": "true"}[os.Getenv("TLS")]
	run(func() (func() error, error) {
		db, err := sql.Open("mysql", fmt.Sprintf("%s:%s@tcp(%s:%s)/%s?tls=%s&timeout=%ss&readTimeout=%ss",
			os.Getenv("LOGIN"), os.Getenv("PASSWORD"), os.Getenv("HOST"), os.Getenv("PORT"), os.Getenv("DATABASE"), mode,
			os.Getenv("TIMEOUT"), os.Getenv("TIMEOUT")))
		return func() error {
			_, err := db.Exec(os.Getenv("QUERY"))
			return err
		}, err
	})
}
