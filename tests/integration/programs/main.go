// A web application with the three lines of the snippet: it asks itself once, then ends.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
)

func main() {
	ctx := context.Background()
	stop, err := startTracing(ctx)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /hello/{name}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", r.PathValue("name"))
	})
	server := httptest.NewServer(otelhttp.NewHandler(mux, "server"))
	client := http.Client{Transport: otelhttp.NewTransport(http.DefaultTransport)}
	answer, err := client.Get(server.URL + "/hello/you")
	if err != nil {
		log.Fatal(err)
	}
	body, _ := io.ReadAll(answer.Body)
	fmt.Print(string(body))
	server.Close()
	if err := stop(ctx); err != nil {
		log.Fatal(err)
	}
}
