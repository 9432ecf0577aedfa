using MnistCnn.Imaging;
using MnistCnn.Samples.Answers;

namespace MnistCnn.Samples.Serving;

/// <summary><c>POST /read</c>: the body is a PNG with digits side by side, which are found and read; the answer says where in the picture each is.</summary>
internal static class ReadEndpoint
{
    public static object Answer(CnnPredictor predictor, byte[] body)
    {
        if (!PictureBody.IsPng(body))
        {
            throw new FormatException($"Body: expected a PNG, found {body.Length} bytes that are not a PNG.");
        }

        return NumberAnswer.Of(new NumberReader(predictor).Read(PictureBody.CheckPng(body)));
    }
}
