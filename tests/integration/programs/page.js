// A page's entry: it asks a server once.
import "./tracing.js";

fetch("https://shop.example.com/hello/you");
