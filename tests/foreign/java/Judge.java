import com.sun.net.httpserver.HttpServer;
import com.sun.xml.ws.developer.SchemaValidationFeature;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.xml.XMLConstants;
import javax.xml.namespace.QName;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.soap.SOAPElement;
import javax.xml.soap.SOAPHeader;
import javax.xml.soap.SOAPMessage;
import javax.xml.transform.Source;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import javax.xml.ws.Endpoint;
import javax.xml.ws.Provider;
import javax.xml.ws.Service;
import javax.xml.ws.ServiceMode;
import javax.xml.ws.WebServiceException;
import javax.xml.ws.WebServiceProvider;
import javax.xml.ws.soap.SOAPBinding;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * A JAX-WS service of any contract that only judges: a request that its schema does not allow is answered with a fault
 * that says why, one that it allows with nothing.
 *
 * The path of a WSDL comes in on standard input, a line "service TAB port TAB address" for each of its ports goes out,
 * then an empty line. The program ends with its input.
 */
public final class Judge {
    private static final String WSDL = "http://schemas.xmlsoap.org/wsdl/";
    private static final String SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/";

    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.start();
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int number = 0;
        for (String path = asked.readLine(); path != null; path = asked.readLine()) {
            try {
                publish(server, new File(path), ++number);
            } catch (Exception trouble) {
                System.out.println("!\t" + String.valueOf(trouble).replace('\n', ' '));
            }
            System.out.println();
            System.out.flush();
        }
        System.exit(0);
    }

    private static void publish(HttpServer server, File path, int number) throws Exception {
        Document wsdl = parsed(path);
        Schema schema = schemaOf(wsdl, path);
        String target = wsdl.getDocumentElement().getAttribute("targetNamespace");
        for (Element service : children(wsdl.getDocumentElement(), WSDL, "service")) {
            for (Element port : children(service, WSDL, "port")) {
                String context = "/" + number + "/" + service.getAttribute("name") + "/" + port.getAttribute("name");
                boolean newer = port.getElementsByTagNameNS(SOAP12, "address").getLength() > 0;
                Endpoint endpoint = Endpoint.create(
                    newer ? SOAPBinding.SOAP12HTTP_BINDING : SOAPBinding.SOAP11HTTP_BINDING,
                    new Verdict(schema),
                    new SchemaValidationFeature());
                Map<String, Object> names = new HashMap<>();
                names.put(Endpoint.WSDL_SERVICE, new QName(target, service.getAttribute("name")));
                names.put(Endpoint.WSDL_PORT, new QName(target, port.getAttribute("name")));
                endpoint.setProperties(names);
                endpoint.setMetadata(metadata(path));
                endpoint.publish(server.createContext(context));
                System.out.println(service.getAttribute("name") + "\t" + port.getAttribute("name") + "\thttp://127.0.0.1:"
                    + server.getAddress().getPort() + context);
            }
        }
    }

    /** The WSDL and the schemas beside it. */
    private static List<Source> metadata(File path) {
        List<Source> all = new ArrayList<>();
        all.add(new StreamSource(path));
        File[] beside = path.getAbsoluteFile().getParentFile().listFiles((folder, name) -> name.endsWith(".xsd"));
        for (File one : beside == null ? new File[0] : beside) {
            all.add(new StreamSource(one));
        }
        return all;
    }

    /** What the WSDL says of elements: for headers, which the service itself does not look at. */
    private static Schema schemaOf(Document wsdl, File path) throws Exception {
        List<Source> parts = new ArrayList<>();
        NodeList schemas = wsdl.getElementsByTagNameNS(XMLConstants.W3C_XML_SCHEMA_NS_URI, "schema");
        for (int at = 0; at < schemas.getLength(); at++) {
            parts.add(new DOMSource(schemas.item(at), path.toURI().toString()));
        }
        return SchemaFactory.newInstance(XMLConstants.W3C_XML_SCHEMA_NS_URI).newSchema(parts.toArray(new Source[0]));
    }

    private static Document parsed(File path) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(path);
    }

    private static List<Element> children(Element parent, String namespace, String name) {
        List<Element> found = new ArrayList<>();
        NodeList all = parent.getElementsByTagNameNS(namespace, name);
        for (int at = 0; at < all.getLength(); at++) {
            found.add((Element) all.item(at));
        }
        return found;
    }

    /** Reached only by a body that the schema allows. */
    @WebServiceProvider
    @ServiceMode(Service.Mode.MESSAGE)
    public static final class Verdict implements Provider<SOAPMessage> {
        private final Schema schema;

        Verdict(Schema schema) {
            this.schema = schema;
        }

        @Override
        public SOAPMessage invoke(SOAPMessage request) {
            try {
                SOAPHeader header = request.getSOAPHeader();
                Iterator<?> headers = header == null ? Collections.emptyIterator() : header.examineAllHeaderElements();
                while (headers.hasNext()) {
                    schema.newValidator().validate(new DOMSource((SOAPElement) headers.next()));
                }
                return null;
            } catch (Exception refused) {
                throw new WebServiceException("header: " + refused.getMessage(), refused);
            }
        }
    }
}
