import java.sql.Connection;
import java.sql.DriverManager;

public class PostgresqlJdbc extends Shapes {
    public static void main(String[] arguments) throws Exception {
        String mode = env("TLS").equals("off") ? "disable" : env("TLS").equals("demanded") ? "require" : "verify-full";
        run(() -> {
            Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://" + env("HOST") + ":" + env("PORT") + "/" + env("DATABASE") + "?sslmode=" + mode
                    + "&sslrootcert=/etc/ssl/certs/ca-certificates.crt&connectTimeout=" + env("TIMEOUT") + "&loginTimeout=" + env("TIMEOUT"),
                env("LOGIN"), env("PASSWORD"));
            return () -> connection.createStatement().execute(env("QUERY"));
        });
    }
}
