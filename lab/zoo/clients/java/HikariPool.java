import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

public class HikariPool extends Shapes {
    public static void main(String[] arguments) throws Exception {
        String mode = env("TLS").equals("off") ? "disable" : env("TLS").equals("demanded") ? "require" : "verify-full";
        run(() -> {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl("jdbc:postgresql://" + env("HOST") + ":" + env("PORT") + "/" + env("DATABASE") + "?sslmode=" + mode
                + "&sslrootcert=/etc/ssl/certs/ca-certificates.crt&connectTimeout=" + env("TIMEOUT"));
            config.setUsername(env("LOGIN"));
            config.setPassword(env("PASSWORD"));
            config.setConnectionTimeout(1000L * Integer.parseInt(env("TIMEOUT")));
            HikariDataSource source = new HikariDataSource(config);
            return () -> source.getConnection().createStatement().execute(env("QUERY"));
        });
    }
}
