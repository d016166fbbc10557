import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;

public class RabbitClient extends Shapes {
    public static void main(String[] arguments) throws Exception {
        run(() -> {
            ConnectionFactory factory = new ConnectionFactory();
            factory.setHost(env("HOST"));
            factory.setPort(Integer.parseInt(env("PORT")));
            factory.setUsername(env("LOGIN"));
            factory.setPassword(env("PASSWORD"));
            factory.setVirtualHost(env("DATABASE"));
            factory.setConnectionTimeout(1000 * Integer.parseInt(env("TIMEOUT")));
            factory.setHandshakeTimeout(1000 * Integer.parseInt(env("TIMEOUT")));
            if (!env("TLS").equals("off")) factory.useSslProtocol(javax.net.ssl.SSLContext.getDefault());
            Connection connection = factory.newConnection();
            return () -> connection.createChannel().queueDeclare(env("QUERY"), false, false, false, null);
        });
    }
}
