using System.CommandLine;
using System.Globalization;
using MnistCnn.Samples;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

RootCommand root = new("Trains and runs a small CNN on MNIST-format data.");
TrainCommand train = new();
root.Subcommands.Add(train);
string[] effective = args.Length == 0 ? ["train"] : args;
ParseResult parsed = root.Parse(effective);
int code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
return parsed.Errors.Count > 0 ? 2 : code;
