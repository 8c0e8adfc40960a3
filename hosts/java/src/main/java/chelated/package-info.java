/**
 * A static student and an adapter in Java: text in, corrected vector out, without a server.
 *
 * <p>The arithmetic is that of two WebAssembly modules. Compile them once ({@link chelated.Modules}); threads share them. A
 * {@link chelated.Host} is an instance of both with memory of its own; threads may share it, its calls run one at a time: open
 * one a thread for speed.
 */
package chelated;
