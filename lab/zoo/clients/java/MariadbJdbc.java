import java.sql.Connection;
import java.sql.DriverManager;

public class MariadbJdbc extends Shapes {
    public static void main(String[] arguments) throws Exception {
        String ssl = env("TLS").equals("off") ? "" : env("TLS").equals("demanded") ? "&useSsl=true&trustServerCertificate=true" : "&useSsl=true";
        run(() -> {
            Connection connection = DriverManager.getConnection(
                "jdbc:mariadb://" + env("HOST") + ":" + env("PORT") + "/" + env("DATABASE")
                    + "?connectTimeout=" + env("TIMEOUT") + "000&socketTimeout=" + env("TIMEOUT") + "000" + ssl,
                env("LOGIN"), env("PASSWORD"));
            return () -> connection.createStatement().execute(env("QUERY"));
        });
    }
}
