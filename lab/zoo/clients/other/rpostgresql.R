library(RPostgreSQL)
get <- Sys.getenv
connection <- dbConnect(PostgreSQL(), host = get("HOST"), port = get("PORT"), user = get("LOGIN"),
                        password = get("PASSWORD"), dbname = get("DATABASE"))
dbGetQuery(connection, get("QUERY"))
cat("ready\n")
